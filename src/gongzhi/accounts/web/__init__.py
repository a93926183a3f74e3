"""Pages of the house: signing in and up, one's own account, its second factor and sessions."""

from . import account, registering, second_factor, sessions, signing_in

urlpatterns = [
    *signing_in.urlpatterns,
    *registering.urlpatterns,
    *account.urlpatterns,
    *second_factor.urlpatterns,
    *sessions.urlpatterns,
]
