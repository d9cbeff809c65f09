"""Fair use: who asks for more than a fair share is told when to come back."""
