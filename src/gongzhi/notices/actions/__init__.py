"""Every write of the house: reading the ledger, sending, and what people choose."""

from .channels import FileProvider, Sender, SmsProvider, open_senders
from .choosing import choose_preferences, forget_old, mark_all_read, mark_read
from .delivering import Delivered, deliver_due
from .forgetting import forget_person
from .pushing import PushSender, begin_push, end_push, public_push_key, push_key
from .resending import resend, resend_given_up
from .telling import Read, tell
from .trouble import ChannelTrouble

__all__ = [
    "ChannelTrouble",
    "Delivered",
    "FileProvider",
    "PushSender",
    "Read",
    "Sender",
    "SmsProvider",
    "begin_push",
    "choose_preferences",
    "deliver_due",
    "end_push",
    "forget_old",
    "forget_person",
    "mark_all_read",
    "mark_read",
    "open_senders",
    "public_push_key",
    "push_key",
    "resend",
    "resend_given_up",
    "tell",
]
