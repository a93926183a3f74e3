"""The ways out of the application: mail, and short messages through a provider."""

import json
import logging
import smtplib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.module_loading import import_string

from gongzhi.accounts.queries import PersonView

from ..rules import Channel, masked_mail, masked_phone
from ..words import Letter
from .pushing import PushSender
from .trouble import ChannelTrouble

log = logging.getLogger(__name__)

_FOR_GOOD = 500  # SMTP replies from here on are final


class Sender(Protocol):
    """One channel, ready to send."""

    def send(self, person: PersonView, letter: Letter, *, reference: str) -> None:
        """Hand a message over.

        Args:
            person: to whom; has an address of this channel.
            letter: the message in the person's language.
            reference: the same whenever the same message is tried again.

        Raises:
            ChannelTrouble: it was not taken.
        """


class SmsProvider(Protocol):
    """Whoever carries short messages; `GONGZHI_SMS_PROVIDER` names a class without arguments."""

    def send(self, phone: str, text: str, *, reference: str) -> None:
        """Hand a short message over.

        Args:
            phone: as the person's row has it.
            text: one sentence and a link.
            reference: the same whenever the same message is tried again.

        Raises:
            ChannelTrouble: it was not taken.
        """


class FileProvider:
    """For trying: appends each short message as a line of JSON to `outbox/sms.jsonl`."""

    def __init__(self, place: Path | None = None) -> None:
        self._place = place or settings.OUTBOX_DIR / "sms.jsonl"

    def send(self, phone: str, text: str, *, reference: str) -> None:
        """Append the message; the file is for its owner only."""
        line = json.dumps({"to": phone, "text": text, "reference": reference}, ensure_ascii=False)
        try:
            self._place.parent.mkdir(parents=True, exist_ok=True)
            self._place.touch(mode=0o600)
            with self._place.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except OSError as trouble:
            raise ChannelTrouble("sms.unreachable", is_down=True) from trouble


class SmsSender:
    """Sends the short form of a message through the provider."""

    def __init__(self, provider: SmsProvider) -> None:
        self._provider = provider

    def send(self, person: PersonView, letter: Letter, *, reference: str) -> None:
        """Hand the message to the provider."""
        self._provider.send(person.phone.strip(), letter.short, reference=reference)
        log.info("Short message %s to %s", reference, masked_phone(person.phone))


class MailSender:
    """Sends mails through Django's mail backend; one connection for all of them."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_open = False
        self._domain = urlsplit(settings.PUBLIC_ADDRESS).hostname or "localhost"

    def send(self, person: PersonView, letter: Letter, *, reference: str) -> None:
        """Hand the mail to the mail server."""
        mail = EmailMultiAlternatives(
            letter.subject,
            letter.text,
            to=[person.email.strip()],
            connection=self._connection,
            headers={
                "Message-ID": f"<{reference}@{self._domain}>",
                "Auto-Submitted": "auto-generated",
            },
        )
        mail.attach_alternative(letter.html, "text/html")
        self._hand_over(mail)
        log.info("Mail %s to %s", reference, masked_mail(person.email))

    def _hand_over(self, mail: EmailMultiAlternatives) -> None:
        try:
            if not self._is_open:
                self._connection.open()
                self._is_open = True
            mail.send()
        except smtplib.SMTPRecipientsRefused as trouble:
            codes = [code for code, _ in trouble.recipients.values()]
            raise ChannelTrouble("mail.refused", is_final=min(codes) >= _FOR_GOOD) from trouble
        except smtplib.SMTPAuthenticationError as trouble:
            raise ChannelTrouble("mail.failed", is_down=True) from trouble
        except (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected) as trouble:
            raise self._down() from trouble
        except smtplib.SMTPException as trouble:
            raise ChannelTrouble("mail.failed") from trouble
        except OSError as trouble:
            raise self._down() from trouble
        except (ValueError, UnicodeError) as trouble:  # an address that is none
            raise ChannelTrouble("mail.refused", is_final=True) from trouble

    def _down(self) -> ChannelTrouble:
        self._is_open = False
        return ChannelTrouble("mail.unreachable", is_down=True)

    def close(self) -> None:
        """Say goodbye to the mail server."""
        if self._is_open:
            self._connection.close()
            self._is_open = False


def open_senders() -> Mapping[Channel, Sender]:
    """Return every channel as the settings have it."""
    provider: SmsProvider = import_string(settings.SMS_PROVIDER)()
    return {
        Channel.MAIL: MailSender(),
        Channel.SMS: SmsSender(provider),
        Channel.PUSH: PushSender(),
    }
