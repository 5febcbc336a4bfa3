"""Alerts, for operators."""

from flask import Blueprint, Response, request

from gateway.access.roles import Role
from gateway.errors import AlertNotFound
from gateway.message.ids import is_id
from gateway.web.answers import json_answer
from gateway.web.bodies import validated
from gateway.web.openapi import Described, describes
from service_1.encoding import alert_json, before_id, page
from service_1.parts import caller, parts
from service_1.schemas import AlertOut, AlertPageOut, PageQuery

bp = Blueprint("alerts", __name__)


@bp.get("/alerts")
@describes(
    Described(
        summary="List alerts, the newest first.",
        tag="alerts",
        role=Role.OPERATOR,
        query=PageQuery,
        answers={200: AlertPageOut},
    )
)
def get_alerts() -> Response:
    """List alerts."""
    caller(Role.OPERATOR)
    query = validated(request.args.to_dict(), PageQuery)
    alerts = parts().ledger.alerts(limit=query.limit, before_id=before_id(query.cursor))
    return json_answer(page(alerts, [alert_json(alert) for alert in alerts], query.limit))


@bp.get("/alerts/<alert_id>")
@describes(Described(summary="Get an alert.", tag="alerts", role=Role.OPERATOR, answers={200: AlertOut}))
def get_alert(alert_id: str) -> Response:
    """Return one alert."""
    caller(Role.OPERATOR)
    if not is_id(alert_id):
        raise AlertNotFound
    return json_answer(alert_json(parts().ledger.alert(alert_id)))
