"""What is stored and how it is found again; knows neither the ingest side nor the bot side."""
