"""Which language a resident writes in: Swedish unless another one is clear. Pure; Rasa is not known here."""
