"""Why a lead has its probability: contributions, reasons in words, pictures, the page of one lead."""
