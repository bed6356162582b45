"""The nouns of the publication, the questions asked of them and their verbs."""
