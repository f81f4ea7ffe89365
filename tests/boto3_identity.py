"""Signs in with boto3 against the local identity service, as an API client does, and takes the token to the edge.

    python3 boto3_identity.py IDENTITY_URL EDGE_URL CLIENT_ID

The client must allow USER_PASSWORD_AUTH and must not rotate refresh tokens. EDGE_URL may be "-": then the edge is left
out. Prints one line a step; exits with 1 at the first step that fails.
"""

import secrets
import sys
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

POOL_ID = "local_Stagedoor"


def check(step: str, good: bool) -> None:
    """Says how a step went, and stops at the first that went wrong."""
    print(f"{'ok' if good else 'FAILED'}: {step}", flush=True)
    if not good:
        sys.exit(1)


def media_status(edge_url: str, token: str | None) -> int:
    """The status of the edge's answer to a request for the list of media."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{edge_url.rstrip('/')}/api/media", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def main(identity_url: str, edge_url: str, client_id: str) -> None:
    cognito = boto3.client(
        "cognito-idp",
        endpoint_url=identity_url,
        region_name="eu-central-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
    )
    # A name of its own, so that the script can run again against the same users.
    username = f"boto3-{secrets.token_hex(6)}"
    temporary, password = secrets.token_urlsafe(12), secrets.token_urlsafe(12)

    def initiate(flow: str, **parameters: str) -> dict:
        return cognito.initiate_auth(ClientId=client_id, AuthFlow=flow, AuthParameters=parameters)

    made = cognito.admin_create_user(
        UserPoolId=POOL_ID,
        Username=username,
        TemporaryPassword=temporary,
        UserAttributes=[{"Name": "email", "Value": f"{username}@example.com"}],
        MessageAction="SUPPRESS",
    )
    check("AdminCreateUser makes a user", made["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD")

    challenge = initiate("USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=temporary)
    check("InitiateAuth asks for a new password", challenge.get("ChallengeName") == "NEW_PASSWORD_REQUIRED")

    answer = cognito.respond_to_auth_challenge(
        ClientId=client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": username, "NEW_PASSWORD": password},
    )
    first = answer.get("AuthenticationResult", {})
    check("RespondToAuthChallenge gives tokens", {"AccessToken", "IdToken", "RefreshToken"} <= first.keys())

    again = initiate("USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=password)
    check("InitiateAuth takes the new password", "AccessToken" in again.get("AuthenticationResult", {}))

    try:
        initiate("USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=temporary)
        refused = False
    except cognito.exceptions.NotAuthorizedException:
        refused = True
    check("a wrong password raises NotAuthorizedException", refused)

    refreshed = initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=first["RefreshToken"])["AuthenticationResult"]
    token = refreshed["AccessToken"]
    check("the refresh token gives a new access token", token != first["AccessToken"])

    if edge_url == "-":
        return
    check("the edge answers 200 with the token", media_status(edge_url, token) == 200)
    check("the edge answers 401 without it", media_status(edge_url, None) == 401)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print("usage: boto3_identity.py IDENTITY_URL EDGE_URL|- CLIENT_ID", file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
