"""A proxy between a service and the cloud that changes nothing and explains what fails."""
