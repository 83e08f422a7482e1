"""A pretend AWS account on loopback: moto's server, with the gaps closed that this stack would fall through.

    python account.py --port PORT --node NODE --runtime-client LAMBDA_RUNTIME_INTERFACE_CLIENT

Prints `ready <url>`. Beyond moto's own CloudFormation it knows

- secrets, which are made for real, so that they can be filled in and read;
- alarms, policies of topics and queues, subscriptions and rules of asynchronous invocation, made by their API calls;
- custom resources, whose function is invoked and whose answer counts: a refusal rolls the update back;
- every other type that moto's CloudFormation lacks, as a name without a thing behind it.

A function that is invoked runs: its deployed code, in Node, under Lambda's own runtime interface client, with the
secrets extension beside it. It finds this account's endpoints in its environment. Roles are not enforced.
"""

import argparse
import base64
import http.client
import json
import os
import secrets
import string
import subprocess
import tempfile
import threading
import time
import uuid
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs, urlparse

import boto3
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.cloudformation import parsing
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import pascal_to_camelcase, remap_nested_keys
from moto.ec2.models import ec2_backends
from moto.ec2.models.route_tables import RouteTable
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.ecs.models import TaskDefinition
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import Queue

LOOPBACK = "127.0.0.1"
ANSWERED_WITHIN_SECONDS = 120
STREAM_ERROR = "Lambda-Runtime-Function-Error-Body"


class Named:
    """A resource of a type that moto's CloudFormation lacks: it has a name, and attributes made of it."""

    def __init__(self, name):
        self.name = name

    @property
    def physical_resource_id(self):
        return self.name

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "Named"

    @classmethod
    def has_cfn_attr(cls, _attr):
        return True

    def get_cfn_attribute(self, attribute):
        # An address is checked by whoever is given it.
        return "https://links.example.com/" if attribute == "FunctionUrl" else f"{self.name}.{attribute}"

    def is_created(self):
        return True

    @classmethod
    def create_from_cloudformation_json(cls, name, _json, _account, _region, **_):
        return cls(name)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, **_):
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, *_):
        pass


class Secret(Named):
    """A real secret of moto's, with the value that CloudFormation would give it or generate."""

    @staticmethod
    def cloudformation_type():
        return "AWS::SecretsManager::Secret"

    @classmethod
    def create_from_cloudformation_json(cls, name, json_, account, region, **_):
        properties = json_["Properties"]
        made = secretsmanager_backends[account][region].create_secret(
            name, properties.get("SecretString") or cls.generated(properties), None, None, None, None, None, [], False
        )
        return cls(json.loads(made)["ARN"])

    @staticmethod
    def generated(properties):
        generate = properties["GenerateSecretString"]
        value = json.loads(generate["SecretStringTemplate"])
        letters = string.ascii_letters + string.digits
        value[generate["GenerateStringKey"]] = "".join(
            secrets.choice(letters) for _ in range(generate["PasswordLength"])
        )
        return json.dumps(value)

    @classmethod
    def delete_from_cloudformation_json(cls, arn, _json, account, region):
        secretsmanager_backends[account][region].delete_secret(arn, None, True)


def client_of(service, region, url):
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="account",
        aws_secret_access_key="account",
    )


class Called(Named):
    """A resource that one call of its service's API makes: the call checks the properties by the service's own model."""

    calls = {}
    url = ""

    @classmethod
    def create_from_cloudformation_json(cls, name, json_, _account, region, **named):
        properties = json_["Properties"]
        service, call = cls.calls[named["ResourceType"]]
        call(client_of(service, region, cls.url), properties)
        return cls(properties.get("AlarmName", name))

    @classmethod
    def delete_from_cloudformation_json(cls, name, json_, _account, region):
        if json_["Type"] == "AWS::CloudWatch::Alarm":
            client_of("cloudwatch", region, cls.url).delete_alarms(AlarmNames=[name])


def set_topic_policy(sns, properties):
    policy = json.dumps(properties["PolicyDocument"])
    for topic in properties["Topics"]:
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


def set_queue_policy(sqs, properties):
    policy = json.dumps(properties["PolicyDocument"])
    for queue in properties["Queues"]:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


Called.calls = {
    "AWS::CloudWatch::Alarm": ("cloudwatch", lambda client, given: client.put_metric_alarm(**given)),
    "AWS::SNS::TopicPolicy": ("sns", set_topic_policy),
    "AWS::SNS::Subscription": ("sns", lambda client, given: client.subscribe(**given)),
    "AWS::SQS::QueuePolicy": ("sqs", set_queue_policy),
    "AWS::Lambda::EventInvokeConfig": (
        "lambda",
        lambda client, given: client.put_function_event_invoke_config(**given),
    ),
}


class ChangeSetNotFound(ServiceException):
    code = "ChangeSetNotFoundException"


class Side(BaseHTTPRequestHandler):
    """The secrets extension, and the address at which custom resources answer."""

    answers = {}

    def do_GET(self):
        arn = parse_qs(urlparse(self.path).query)["secretId"][0]
        _, _, _, region, account, *_ = arn.split(":")
        secret = secretsmanager_backends[account][region].get_secret_value(arn, None, None)
        self.reply(json.dumps({"SecretString": secret["SecretString"]}))

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        Side.answers[self.path.rsplit("/", 1)[1]] = json.loads(body)
        self.reply("")

    def reply(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class Invocation(BaseHTTPRequestHandler):
    """Lambda's runtime API for one invocation: hands out the event once, and takes the answer."""

    def do_GET(self):
        if self.server.handed_out:
            # The client asks for the next event, which never comes: the process is ended meanwhile.
            self.server.done.wait()
            return
        self.server.handed_out = True
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", self.server.request_id)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(self.server.deadline_ms))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", self.server.function_arn)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(self.server.event).encode())

    def do_POST(self):
        length = self.headers["content-length"]
        body, trailers = (self.rfile.read(int(length)), {}) if length else self.read_chunks()
        # A function that streams its answer has begun it when it fails: the error follows the body.
        error = trailers.get(STREAM_ERROR)
        self.server.answer = body.decode() if error is None else base64.b64decode(error).decode()
        self.server.failed = self.path.endswith("/error") or error is not None
        self.send_response(202)
        self.end_headers()
        self.server.done.set()

    def read_chunks(self):
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(chunks), http.client.parse_headers(self.rfile)

    def log_message(self, *_):
        pass


def serve(handler):
    server = ThreadingHTTPServer((LOOPBACK, 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def make_invoke(options, account_url, side_port):
    """What stands in for moto's own way, which takes Docker."""

    def invoke(self, event=None):
        api = serve(Invocation)
        api.handed_out, api.failed, api.answer = False, False, None
        api.done, api.event, api.request_id = threading.Event(), event or {}, str(uuid.uuid4())
        api.function_arn = self.function_arn
        api.deadline_ms = int(1000 * (time.time() + int(self.timeout)))
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(BytesIO(self.code_bytes)).extractall(folder)
            environment = {
                **{name: str(value) for name, value in self.environment_vars.items()},
                "PATH": os.environ["PATH"],
                "AWS_LAMBDA_RUNTIME_API": f"{LOOPBACK}:{api.server_port}",
                "AWS_LAMBDA_FUNCTION_NAME": self.function_name,
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_size),
                "AWS_LAMBDA_LOG_GROUP_NAME": self.logs_group_name,
                "AWS_LAMBDA_LOG_STREAM_NAME": "rehearsal",
                "AWS_LAMBDA_LOG_FORMAT": "JSON",
                "LAMBDA_TASK_ROOT": folder,
                "_HANDLER": self.handler,
                "AWS_REGION": self.region,
                "AWS_ENDPOINT_URL": account_url,
                "AWS_ACCESS_KEY_ID": "function",
                "AWS_SECRET_ACCESS_KEY": "function",
                "AWS_SESSION_TOKEN": "function",
                "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(side_port),
            }
            process = subprocess.Popen(
                [options.node, options.runtime_client, self.handler],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            threading.Thread(target=lambda: (process.wait(), api.done.set()), daemon=True).start()
            answered = api.done.wait(ANSWERED_WITHIN_SECONDS)
            process.kill()
            log = process.communicate()[0].decode()
            api.shutdown()
        if not answered or api.answer is None:
            return json.dumps({"errorMessage": log or "no answer"}), True, log
        return api.answer, api.failed, log

    return invoke


def make_custom(side_port):
    def ask(request_type, resource_type, logical_id, stack_id, properties, account, region):
        request_id = str(uuid.uuid4())
        event = {
            "RequestType": request_type,
            "ResponseURL": f"http://localhost:{side_port}/answer/{request_id}",
            "StackId": stack_id,
            "RequestId": request_id,
            "LogicalResourceId": logical_id,
            "ResourceType": resource_type,
            "ResourceProperties": properties,
        }
        function = get_backend(account, region).get_function(properties["ServiceToken"])
        result, _, log = function._invoke_lambda(event)
        answer = Side.answers.get(request_id, {"Status": "FAILED", "Reason": f"no answer: {result} {log}"})
        if answer["Status"] != "SUCCESS":
            raise ValidationError(message=answer["Reason"])
        return request_id, answer

    def create(_cls, name, json_, account, region, **named):
        logical_id, stack_id, resource_type = named["LogicalId"], named["StackId"], named["ResourceType"]
        request_id, answer = ask(
            "Create", resource_type, logical_id, stack_id, json_["Properties"], account, region
        )
        resource = CustomModel(region, request_id, logical_id, name)
        resource.of_stack = stack_id
        resource.set_data(answer.get("Data") or {})
        return resource

    def update(_cls, original_resource, cloudformation_json, account_id, region_name, **_named):
        made = original_resource
        resource_type, properties = cloudformation_json["Type"], cloudformation_json["Properties"]
        ask("Update", resource_type, made.logical_id, made.of_stack, properties, account_id, region_name)
        return made

    return classmethod(create), classmethod(update)


def close_gaps():
    apply = ChangeSet.apply

    def apply_with_outputs(self):
        apply(self)
        # A change set brings resources up to date, and leaves the stack the outputs of before.
        self.stack.template_dict = self.template_dict
        self.stack.output_map = self.stack._create_output_map()

    ChangeSet.apply = apply_with_outputs
    update = parsing.ResourceMap.update

    def update_or_roll_back(self, template, parameters=None):
        before = self._template, self._resource_json_map, dict(self._parsed_resources)
        try:
            update(self, template, parameters)
        except Exception:
            added = [name for name in self._parsed_resources if name not in before[2]]
            for name in reversed(added):
                resource = self._parsed_resources[name]
                if resource is not None and name in template["Resources"]:
                    self._delete_resource(resource, template["Resources"][name])
            self._template, self._resource_json_map, self._parsed_resources = before
            raise

    parsing.ResourceMap.update = update_or_roll_back
    def delete_route_table(self, account, region):
        # Its associations are resources that moto's CloudFormation makes and never takes away.
        self._associations.clear()
        ec2_backends[account][region].delete_route_table(self.id)

    RouteTable.delete = delete_route_table
    describe_change_set = CloudFormationBackend.describe_change_set

    def describe_known_change_set(self, change_set_name):
        # The command line waits until a change set of before is gone, and knows it by this error alone.
        try:
            return describe_change_set(self, change_set_name)
        except ValidationError as error:
            raise ChangeSetNotFound(f"ChangeSet [{change_set_name}] does not exist") from error

    CloudFormationBackend.describe_change_set = describe_known_change_set
    delete_change_set = CloudFormationBackend.delete_change_set

    def delete_any_change_set(self, change_set_name):
        # To delete one that does not exist is no error.
        try:
            delete_change_set(self, change_set_name)
        except UnboundLocalError:
            pass

    CloudFormationBackend.delete_change_set = delete_any_change_set
    protect_stacks()
    name_fifo_queues()
    spell_updated_containers()
    parse_ssm_parameter = parsing.ResourceMap.parse_ssm_parameter

    def parse_parameter_once(self, value, value_type):
        # An update keeps a parameter's value, which the first deploy has looked up: it is no name any more.
        try:
            return parse_ssm_parameter(self, value, value_type)
        except AttributeError:
            return value

    parsing.ResourceMap.parse_ssm_parameter = parse_parameter_once
    known = parsing.resource_class_from_type

    def resource_class_from_type(resource_type):
        if resource_type == Secret.cloudformation_type():
            return Secret
        if resource_type in Called.calls:
            return Called
        if resource_type.startswith("Custom::"):
            return CustomModel
        return known(resource_type) if resource_type in parsing.get_model_map() else Named

    parsing.resource_class_from_type = resource_class_from_type
    # The extension's layer belongs to AWS; the side server stands in for it.
    LambdaFunction._get_layers_data = lambda _self, _arns: []


def name_fifo_queues():
    """A FIFO queue without a name of its own: CloudFormation's names end as SQS demands."""
    create = Queue.create_from_cloudformation_json.__func__

    def create_named(cls, name, json_, account, region, **named):
        suffix = ".fifo" if json_["Properties"].get("FifoQueue") and not name.endswith(".fifo") else ""
        return create(cls, name[:75] + suffix, json_, account, region, **named)

    Queue.create_from_cloudformation_json = classmethod(create_named)


def spell_updated_containers():
    """An update keeps the containers of a task as the template spells them, which no answer of ECS's API does."""
    update = TaskDefinition.update_from_cloudformation_json.__func__

    def update_spelled(cls, cloudformation_json, **named):
        given = cloudformation_json["Properties"]
        containers = remap_nested_keys(given["ContainerDefinitions"], pascal_to_camelcase)
        spelled = {**cloudformation_json, "Properties": {**given, "ContainerDefinitions": containers}}
        return update(cls, cloudformation_json=spelled, **named)

    TaskDefinition.update_from_cloudformation_json = classmethod(update_spelled)


def protect_stacks():
    """Termination protection, which moto does not know: the command line sets it, and a protected stack stays."""

    def update_termination_protection(self):
        name = self._get_param("StackName")
        stack = self.cloudformation_backend.get_stack(name)
        is_protected = self._get_param("EnableTerminationProtection") in (True, "true")
        # Part of a stack's description under this name.
        stack.enable_termination_protection = is_protected
        return ActionResult({"StackId": stack.stack_id})

    CloudFormationResponse.update_termination_protection = update_termination_protection
    delete_stack = CloudFormationResponse.delete_stack

    def delete_unprotected_stack(self):
        stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        if getattr(stack, "enable_termination_protection", False):
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        return delete_stack(self)

    CloudFormationResponse.delete_stack = delete_unprotected_stack


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--node", required=True)
    parser.add_argument("--runtime-client", required=True)
    options = parser.parse_args()
    side_port = serve(Side).server_port
    close_gaps()
    account = ThreadedMotoServer(ip_address=LOOPBACK, port=options.port, verbose=False)
    url = Called.url = f"http://{LOOPBACK}:{options.port}"
    LambdaFunction._invoke_lambda = make_invoke(options, url, side_port)
    create, update = make_custom(side_port)
    CustomModel.create_from_cloudformation_json = create
    CustomModel.update_from_cloudformation_json = update
    account.start()
    print(f"ready {url}", flush=True)
    # Whoever started this closes its standard input to end it.
    while os.read(0, 1024):
        pass
    account.stop()


if __name__ == "__main__":
    main()
