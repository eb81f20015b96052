"""What each operation of the cloud does here, once its caller is let in."""
