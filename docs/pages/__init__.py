"""The reference pages, each made from the tables that the code dispatches on."""
