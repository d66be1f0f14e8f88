"""Carbon stocks, their changes and their uncertainty from tables of areas."""
