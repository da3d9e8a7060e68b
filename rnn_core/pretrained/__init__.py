"""Small trained models that ship with the package, each with the script that trained it."""
