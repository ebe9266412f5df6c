"""Pure functions over text: normalisation, sentences, figures, slugs. No state, no vendors."""
