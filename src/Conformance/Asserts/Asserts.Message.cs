// Asserts on the message around the content: status, header fields, method and address.

using System.Globalization;

namespace FhirHub.Conformance;

internal sealed partial class Asserts
{
    // R4 assert-response-code-types.
    private static readonly Dictionary<string, int> Statuses = new(StringComparer.Ordinal)
    {
        ["okay"] = 200,
        ["created"] = 201,
        ["noContent"] = 204,
        ["notModified"] = 304,
        ["bad"] = 400,
        ["forbidden"] = 403,
        ["notFound"] = 404,
        ["methodNotAllowed"] = 405,
        ["conflict"] = 409,
        ["gone"] = 410,
        ["preconditionFailed"] = 412,
        ["unprocessable"] = 422,
    };

    private static Verdict JudgeResponse(AssertSubject subject)
    {
        var codes = subject.Text("response")!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var statuses = codes.Select(code => Statuses.TryGetValue(code, out var status)
            ? status.ToString(CultureInfo.InvariantCulture)
            : throw new StepException($"The response '{code}' is none of R4: {string.Join(", ", Statuses.Keys)}."));
        return JudgeStatus(subject, string.Join(',', statuses), $"the status ({string.Join(", ", codes)})");
    }

    private static Verdict JudgeResponseCode(AssertSubject subject) => JudgeStatus(subject, subject.Text("responseCode")!, "the status");

    private static Verdict JudgeStatus(AssertSubject subject, string expected, string what)
    {
        var response = subject.Response;
        var verdict = Comparison.Judge(what, subject.Operator, [JudgedValue.Of(response.Status.ToString(CultureInfo.InvariantCulture))], expected);
        return verdict.Holds ? verdict : verdict with { Message = verdict.Message + ServerSays(response) };
    }

    private static Verdict JudgeContentType(AssertSubject subject)
    {
        // A body of a fixture has a type too, though no header.
        var found = subject.Assert.SourceId is { } id && subject.State.FindExchange(id) is null ? subject.Body.ContentType : subject.Header("Content-Type");
        var expected = subject.Text("contentType")!;
        if (expected == "none" && subject.Operator is "equals" or "notEquals")
            return Comparison.Judge("the content type", subject.Operator == "equals" ? "empty" : "notEmpty", Texts(found), null);
        var list = string.Join(',', expected.Split(',').Select(static type => MediaTypes.Expand(type.Trim())));
        return Comparison.Judge("the content type", subject.Operator, Texts(found), list, static (type, wanted) => IsMediaType(type.Text, wanted.Text));
    }

    /// <summary>True if a content type is the expected one; parameters count only where they are expected (RFC 9110, 8.3.1).</summary>
    private static bool IsMediaType(string found, string expected)
    {
        var (type, parameters) = TakeApart(found);
        var (expectedType, expectedParameters) = TakeApart(expected);
        return type.Equals(expectedType, StringComparison.OrdinalIgnoreCase)
            && expectedParameters.All(wanted => parameters.Any(parameter =>
                parameter.Name.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase) && parameter.Value.Equals(wanted.Value, StringComparison.OrdinalIgnoreCase)));
    }

    private static (string Type, List<(string Name, string Value)> Parameters) TakeApart(string contentType)
    {
        var parts = contentType.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (parts.Length == 0 ? "" : parts[0], [.. parts.Skip(1).Select(static part =>
        {
            var sign = part.IndexOf('=', StringComparison.Ordinal);
            return sign < 0 ? (part, "") : (part[..sign].Trim(), part[(sign + 1)..].Trim().Trim('"'));
        })]);
    }

    private static Verdict JudgeHeader(AssertSubject subject)
    {
        var name = subject.Text("headerField")!;
        return Compare($"the header {name} of the {(subject.LooksAtRequest ? "request" : "response")}", subject, Texts(subject.Header(name)));
    }

    private static Verdict JudgeMethod(AssertSubject subject) => Comparison.Judge(
        "the request method", subject.Operator, Texts(subject.Exchange.Method.ToLowerInvariant()), subject.Text("requestMethod")!.ToLowerInvariant());

    // "The full request URL path string": a whole address, or what follows the server's base.
    private static Verdict JudgeUrl(AssertSubject subject)
    {
        var url = subject.Exchange.Url;
        var fhirBase = subject.State.Destination(subject.Exchange.Destination).FhirBase.AbsoluteUri.TrimEnd('/');
        return Comparison.Judge(
            "the request URL", subject.Operator, Texts(url), subject.Text("requestURL")!,
            (found, expected) => found.Text == expected.Text || found.Text == $"{fhirBase}/{expected.Text.TrimStart('/')}");
    }

    private static IReadOnlyList<JudgedValue> Texts(string? text) => text is null ? [] : [JudgedValue.Of(text)];

    // The reason of an unexpected status is what people look for next.
    private static string ServerSays(Response response)
    {
        if (response.Body.Resource is not { ResourceType: "OperationOutcome" } outcome)
            return "";
        foreach (var issue in outcome.Root.ChildrenOf("issue"))
        {
            if ((issue.ChildValue("diagnostics") ?? issue.Child("details").ChildValue("text")) is { } text)
                return $" The server says: {Excerpt.Of(text)}";
        }

        return "";
    }
}
