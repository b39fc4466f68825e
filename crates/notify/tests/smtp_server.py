"""A mail server for the tests, on aiosmtpd. Prints `ready PORT`, then each mail as a line of JSON.

    python smtp_server.py [--user USER --password PASSWORD] [--cert PEM --key PEM]
                          [--smtps | --starttls]

Who it is about decides what it answers: `later@` and `never@` are refused as recipients, `stranger@`
as a sender, and of `full@` the mail itself.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import ssl
import warnings

from aiosmtpd.smtp import SMTP, AuthResult


# That a password is taken without TLS is what is tested.
logging.getLogger("mail.log").setLevel(logging.ERROR)
warnings.simplefilter("ignore")


def say(line):
    print(line, flush=True)


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("stranger@"):
            return "550 5.7.1 not allowed to send."
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("later@"):
            return "451 4.7.1 come back later"
        if address.startswith("never@"):
            return "550 5.1.1 no such mailbox."
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.mail_from.startswith("full@"):
            return "452 4.3.1 the disk is full"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "tls": server.transport.get_extra_info("ssl_object") is not None,
                    "user": (session.auth_data or b"").decode(),
                    "ascii": envelope.content.isascii(),
                    "headers": [[name, str(value)] for name, value in message.items()],
                    "body": message.get_content().replace("\r\n", "\n"),
                }
            )
        )
        return "250 OK"


def authenticator(user, password):
    def check(server, session, envelope, mechanism, login):
        if [login.login.decode(), login.password.decode()] == [user, password]:
            return AuthResult(success=True, auth_data=login.login)
        if login.login == b"locked":
            return AuthResult(success=False, handled=False, message="454 4.7.0 try again later")
        # A server without manners.
        words = f"535 5.7.8 {login.password.decode()} is not the password"
        if login.login == b"polite":
            words = "535 5.7.8 wrong user or password"
        return AuthResult(success=False, handled=False, message=words)

    return check


async def main():
    parser = argparse.ArgumentParser()
    for name in ["user", "password", "cert", "key"]:
        parser.add_argument(f"--{name}")
    parser.add_argument("--smtps", action="store_true")
    parser.add_argument("--starttls", action="store_true")
    arguments = parser.parse_args()

    tls = None
    if arguments.cert:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(arguments.cert, arguments.key)
    options = {"hostname": "mail.test", "enable_SMTPUTF8": False}
    if arguments.user:
        options |= {
            "authenticator": authenticator(arguments.user, arguments.password),
            "auth_required": True,
            "auth_require_tls": arguments.starttls,
        }
    if arguments.starttls:
        options |= {"tls_context": tls, "require_starttls": True}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Handler(), **options),
        "127.0.0.1",
        0,
        ssl=tls if arguments.smtps else None,
    )
    say(f"ready {server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


asyncio.run(main())
