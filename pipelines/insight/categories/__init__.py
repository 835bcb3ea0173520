"""Training of the text model of categories, from what holders called their movements and what merchants' codes say."""
