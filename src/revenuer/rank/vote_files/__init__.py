"""Files of votes in any of the forms they come in -> blocks of columns, bad rows set aside with file, line and reason."""
