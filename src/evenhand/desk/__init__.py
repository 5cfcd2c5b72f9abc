"""The desk: the web app in which a jail's program is run and supervised.

Every write is a command (`record.act`): the case's history is loaded, the guard rules judge the act, the
event is appended to the ledger and the read tables are brought up to date, in one transaction.
"""
