"""`python -m benchmarks.manage runcluster`: manage.py, with the nodes of benchmarks."""

import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    execute_from_command_line(["manage.py", *sys.argv[1:]])
