"""Runs ministack with two answers to "may this caller do this?" set right, which it would give otherwise than AWS does.

1. ssm:GetParametersByPath is asked of the path that the request names. ministack asks it of "*", so that no role whose
   statement names its path could read anything.
2. Every request counts as sent over TLS. Here it comes over plain HTTP on loopback, and the queues' policies refuse what
   AWS would never see so.
"""

import contextvars
import json

from ministack.core import iam_actions, iam_evaluator

resource_of = iam_actions.extract_resource_arn
pin_origin = iam_evaluator.pin_request_origin


def resource_of_request(service, method, path, headers, body, query_params, region, account_id):
    target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
    if target == "AmazonSSM.GetParametersByPath":
        asked = json.loads(body).get("Path", "/")
        return f"arn:aws:ssm:{region}:{account_id}:parameter/{asked.strip('/')}"
    return resource_of(service, method, path, headers, body, query_params, region, account_id)


def pin_origin_over_tls(source_ip, _secure_transport):
    pin_origin(source_ip, True)


iam_actions.extract_resource_arn = resource_of_request
iam_evaluator.pin_request_origin = pin_origin_over_tls
iam_evaluator._request_origin = contextvars.ContextVar("ministack_request_origin", default=("127.0.0.1", True))

# Only now: it takes these functions in when it is loaded.
from ministack.app import main  # noqa: E402

main()
