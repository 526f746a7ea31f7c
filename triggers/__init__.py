"""What starts workflows: one package for each kind of trigger."""
