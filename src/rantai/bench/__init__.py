"""What we measure: each benchmark is a program that anyone can run."""
