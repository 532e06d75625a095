"""`python -m kitsu_actions` prints a new secret."""

from .secret import make_secret

if __name__ == "__main__":
    print(make_secret())
