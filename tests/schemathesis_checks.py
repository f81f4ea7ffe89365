"""Checks of our own for schemathesis."""

import schemathesis


@schemathesis.check
def nothing_but_401(ctx, response, case):
    """Without a session every operation answers 401."""
    assert response.status_code == 401, f"{response.status_code} without a session"
