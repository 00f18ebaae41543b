"""A Prefect plugin: `prefect deployment run build-drawnconvos`, without naming the flow's deployment.

Prefect wants FLOW/DEPLOYMENT. In a project whose prefect.toml allows this plugin, a bare name stands for
the flow's deployment `local`, else for the only one it could mean. Elsewhere Prefect is as it was.
"""

from typing import Any

from prefect.plugins import register_hook

PREFECT_PLUGIN_API_REQUIRES = ">=0.1,<1"
DEFAULT = "local"


@register_hook
def setup_environment(*, ctx: Any) -> None:
    from prefect.client.orchestration._deployments.client import DeploymentAsyncClient

    original = DeploymentAsyncClient.read_deployment_by_name

    async def read_deployment_by_name(self: DeploymentAsyncClient, name: str) -> Any:
        if "/" in name:
            return await original(self, name)
        return await original(self, f"{name}/{await deployment_of(self, name)}")

    DeploymentAsyncClient.read_deployment_by_name = read_deployment_by_name  # type: ignore[method-assign]


async def deployment_of(client: Any, flow_name: str) -> str:
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    found = await client.read_deployments(flow_filter=FlowFilter(name=FlowFilterName(any_=[flow_name])))
    names = sorted(deployment.name for deployment in found)
    if DEFAULT in names or not names:
        return DEFAULT
    if len(names) == 1:
        return str(names[0])
    raise ValueError(f"{flow_name!r} has the deployments {', '.join(names)}: say which, as {flow_name}/{names[0]}")
