"""The desk for other programs: bookings, charges, releases and acts in; worklists and findings out."""
