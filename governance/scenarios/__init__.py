"""Values of scenarios' parameters: proposed by one person, tried on history, approved by another, in force from a day on."""
