"""What a request can be refused for, and what is answered then."""

from typing import Any

from django.http import JsonResponse

from workflows.exceptions import WorkflowError


class RequestRefused(WorkflowError):
    """A request that starts nothing; `status` and `headers` go into the answer."""

    def __init__(self, status: int, message: Any, **headers: str) -> None:
        super().__init__(str(message))
        self.status = status
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}

    def answer(self) -> JsonResponse:
        return JsonResponse(
            {"error": str(self)}, status=self.status, headers=self.headers
        )
