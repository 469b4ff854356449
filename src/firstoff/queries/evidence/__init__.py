"""What the verdict on a run is read from, the verdict, and the papers it is printed on."""
