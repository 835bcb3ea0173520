"""What a bank wants of payments whose payer no gateway names: chosen by two people."""
