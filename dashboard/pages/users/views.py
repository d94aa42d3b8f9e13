"""How the list of people looks, the invitations, and the dialog that makes one."""

import reflex as rx

from dashboard.components.banner import banner
from dashboard.components.button import button
from dashboard.components.card import section
from dashboard.components.confirm_dialog import dialog_actions, dialog_cancel, form_dialog
from dashboard.components.data_table import Column, cell, data_table, table_row
from dashboard.components.filter_bar import filter_bar, search_box
from dashboard.components.form_field import form_field, select_input, text_input
from dashboard.components.list_state import list_state
from dashboard.components.shown_once import shown_once
from dashboard.components.status_badge import tag
from dashboard.components.time_cell import time_cell
from dashboard.components.values import has_text, when
from dashboard.pages.users.person_state import PersonState
from dashboard.pages.users.roles import MEANINGS, ROLES
from dashboard.pages.users.state import LINK_PLACE, InvitationLine, PersonLine, UsersState
from dashboard.session import SessionState

ZONE = SessionState.time_zone


def link_place() -> rx.Component:
    """Keep the place where a new link is shown, once."""
    return shown_once(
        LINK_PLACE,
        title="The link, shown this once",
        note="Hand it to the person and to nobody else: whoever opens it chooses the password.",
        copy_label="Copy link",
        done="I have handed it over",
    )


def search() -> rx.Component:
    """Build the search; it stands in the address."""
    return filter_bar(
        search_box(
            value=UsersState.q,
            on_change=UsersState.search,
            placeholder="Search e-mail",
            label="Search users",
        )
    )


def invite_button() -> rx.Component:
    """Build the button that opens the empty form."""
    return button("+ Invite", kind="primary", on_click=UsersState.open_invite)


def people() -> rx.Component:
    """Build the table, or what stands in its place."""
    return list_state(
        UsersState.list_state,
        data_table(
            [
                Column("Person"),
                Column("Role"),
                Column("Two-step", wide_only=True),
                Column("Signed in", numeric=True, wide_only=True, hint="Browsers signed in now"),
                Column("Last sign-in", wide_only=True),
                Column("Actions", hidden_title=True, width="1%"),
            ],
            rx.foreach(UsersState.lines, _person),
            label="Users",
        ),
        empty_title="Nobody yet",
        empty_text="Invite the people who work with you.",
        error=UsersState.problem,
        on_retry=UsersState.follow,
        on_clear=UsersState.clear,
        icon="users",
    )


def invitations() -> rx.Component:
    """Build the list of invitations, where there is one."""
    return when(
        UsersState.invitations.length() > 0,
        section(
            "Invitations",
            data_table(
                [
                    Column("E-mail"),
                    Column("Role"),
                    Column("Invited by", wide_only=True),
                    Column("Good until", wide_only=True),
                    Column("Actions", hidden_title=True, width="1%"),
                ],
                rx.foreach(UsersState.invitations, _invitation),
                label="Invitations",
            ),
            description="Nobody has taken these yet.",
            flush=True,
        ),
    )


def invite_dialog() -> rx.Component:
    """Build the dialog that invites a person."""
    errors = UsersState.errors
    return form_dialog(
        rx.el.form(
            when(has_text(errors[""]), banner(errors[""], tone="bad")),
            form_field(
                "E-mail",
                text_input(
                    name="invite_email",
                    type="email",
                    placeholder="ann@example.com",
                    auto_complete="off",
                ),
                name="invite_email",
                error=errors["email"],
            ),
            form_field(
                "Role",
                select_input(
                    ROLES,
                    name="invite_role",
                    value=UsersState.role,
                    on_change=UsersState.choose_role,
                ),
                name="invite_role",
                error=errors["role"],
                help_text=rx.match(UsersState.role, *MEANINGS.items(), ""),
            ),
            rx.el.p(
                rx.cond(
                    UsersState.can_mail,
                    "The person gets a link by e-mail. It is shown to you as well, this once.",
                    "This installation sends no e-mail: you get a link to hand over yourself.",
                ),
                class_name="al-field-help",
            ),
            dialog_actions(
                dialog_cancel(),
                button("Invite", kind="primary", submit=True, loading=UsersState.busy),
            ),
            class_name="al-form",
            no_validate=True,
            on_submit=UsersState.invite,
        ),
        title="Invite a person",
        description="They choose a password of their own within 7 days.",
        is_open=UsersState.is_inviting,
        on_open_change=UsersState.set_inviting,
        width="480px",
    )


def _person(line: rx.Var[PersonLine]) -> rx.Component:
    row = table_row(
        rx.el.td(
            rx.el.span(
                rx.el.span(line.email, class_name="al-break"),
                when(line.is_you, tag("You", tone="accent")),
                when(line.is_off, tag("Switched off", tone="warn")),
                class_name="al-tags",
            ),
        ),
        cell(_capital(line.role)),
        cell(rx.cond(line.second_step, tag("On", tone="good"), "–"), wide_only=True),
        cell(line.sessions, numeric=True, wide_only=True),
        cell(time_cell(line.last_signed_in_at, zone=ZONE, empty="Never"), wide_only=True),
        cell(
            button(
                "Manage",
                small=True,
                on_click=PersonState.open_person(line.id),
                aria_label="Manage " + line.email,
            )
        ),
    )
    row.key = line.id
    return row


def _invitation(line: rx.Var[InvitationLine]) -> rx.Component:
    row = table_row(
        cell(rx.el.span(line.email, class_name="al-break")),
        cell(_capital(line.role)),
        cell(line.made_by, wide_only=True, clip="200px"),
        cell(time_cell(line.expires_at, zone=ZONE, kind="until"), wide_only=True),
        cell(
            rx.el.div(
                button(
                    "New link",
                    small=True,
                    on_click=UsersState.invite_again(line.email, line.role),
                    aria_label="New link for " + line.email,
                ),
                button(
                    "Withdraw",
                    small=True,
                    kind="quiet",
                    on_click=UsersState.withdraw(line.email),
                    aria_label="Withdraw the invitation of " + line.email,
                ),
                class_name="al-actions",
                style={"flex_wrap": ["wrap", None, None, "nowrap"]},
            )
        ),
    )
    row.key = line.email
    return row


def _capital(role: rx.Var[str]) -> rx.Component:
    return rx.el.span(role, style={"text_transform": "capitalize"})
