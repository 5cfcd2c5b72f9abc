"""What the audit finds in the desk's own record: run by `evenhand desk audit`, read by the API."""
