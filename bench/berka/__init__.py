"""The Berka bank (PKDD'99 Discovery Challenge) as a loan book: 682 real, anonymised loans of 1993 to 1998."""
