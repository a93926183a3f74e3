"""Every write of the house: reading the ledger, sending, and what people choose."""

from .channels import ChannelTrouble, FileProvider, Sender, SmsProvider, open_senders
from .choosing import choose_preferences, forget_old, mark_all_read, mark_read
from .delivering import Delivered, deliver_due
from .resending import resend, resend_given_up
from .telling import Read, tell

__all__ = [
    "ChannelTrouble",
    "Delivered",
    "FileProvider",
    "Read",
    "Sender",
    "SmsProvider",
    "choose_preferences",
    "deliver_due",
    "forget_old",
    "mark_all_read",
    "mark_read",
    "open_senders",
    "resend",
    "resend_given_up",
    "tell",
]
