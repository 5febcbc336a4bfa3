"""The manners that both web services share; Flask lives here and in the services only."""
