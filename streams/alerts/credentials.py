"""How Faust logs in to the brokers: by the same settings as every other client, in Faust's words."""

import ssl

from faust.auth import Credentials, SASLCredentials, SSLCredentials

from kit.settings import Kafka


def broker_credentials(kafka: Kafka) -> Credentials | None:
    """Return what the settings name; None for brokers that ask for nothing and encrypt nothing."""
    context = ssl.create_default_context(cafile=kafka.ca) if kafka.encrypted else None
    if kafka.logs_in and kafka.password:
        return SASLCredentials(
            username=kafka.user, password=kafka.password.get_secret_value(), ssl_context=context, mechanism=kafka.mechanism
        )
    return SSLCredentials(context=context) if context else None
