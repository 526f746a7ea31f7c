"""What people are asked: tasks, who has a share in them, answers and deadlines."""
