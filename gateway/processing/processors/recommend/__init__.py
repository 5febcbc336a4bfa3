"""`recommendations`: songs like another one; the model of a job that depends on an unsteady service outside."""
