"""The Fraud Detection Handbook's protocol (Le Borgne, Siblini, Lebichot, Bontempi; ULB, 2022) on our features and the book's."""
