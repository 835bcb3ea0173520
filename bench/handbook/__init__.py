"""The Fraud Detection Handbook's protocol (Le Borgne, Siblini, Lebichot, Bontempi; ULB, 2022): our model and the book's."""
