"""The door /write/N/picture, where pages that lay open before send a picture: it is the one of the post."""

from gql_server.pages.desk_post import act as add

__all__ = ["add"]
