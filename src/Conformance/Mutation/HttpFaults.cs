// Faults of the protocol: status, header fields, bodies as such (R4 http.html).

namespace FhirHub.Conformance;

internal static class HttpFaults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        Status("created-as-ok", 201, 200, "What was created is answered with 200."),
        Fault.OfAnswer("updated-as-created", "What was updated is answered with 201.", "updates answered with 200", static (request, answer) => request.Interaction == Interaction.Update && Change(answer, 200, 201)),
        Fault.OfAnswer("deleted-as-accepted", "What was deleted is answered with 202.", "deletes that succeed", static (request, answer) =>
            request.Interaction == Interaction.Delete && answer.IsSuccess && Change(answer, answer.Status, 202)),
        Fault.OfAnswer("read-fails", "A read of what is there fails with 500.", "reads that succeed", static (request, answer) =>
            request.Interaction is Interaction.Read or Interaction.VersionRead && Change(answer, 200, 500)),
        Fault.OfAnswer("search-fails", "A search fails with 500.", "searches that succeed", static (request, answer) => request.Interaction == Interaction.Search && Change(answer, 200, 500)),
        Status("bad-request-as-ok", 400, 200, "What is wrong is answered with 200."),
        Status("unauthorized-as-forbidden", 401, 403, "A missing token is answered as a refusal."),
        Status("forbidden-as-not-found", 403, 404, "A refusal is answered as what is not there."),
        Status("not-found-as-ok", 404, 200, "What is not there is answered with 200."),
        Status("not-found-as-bad-request", 404, 400, "What is not there is answered as a wrong request."),
        Status("not-acceptable-as-ok", 406, 200, "A format that nobody can give is answered with 200."),
        Status("conflict-as-ok", 409, 200, "A conflict is answered with 200."),
        Status("gone-as-not-found", 410, 404, "What was deleted is answered as if it had never been."),
        Status("precondition-as-ok", 412, 200, "A condition that does not hold is answered with 200."),
        Status("unsupported-as-ok", 415, 200, "A format that nobody reads is answered with 200."),
        Status("unprocessable-as-ok", 422, 200, "What breaks a rule is answered with 200."),
        Status("not-modified-as-ok", 304, 200, "What has not changed is answered with 200."),
        Fault.OfAnswer("etag-missing", "Versions have no ETag.", "answers with an ETag", static (_, answer) => answer.Headers.Drop("ETag")),
        Fault.OfAnswer("etag-other", "The ETag is of another version.", "answers with an ETag", static (_, answer) => answer.Headers.Change("ETag", static tag => tag.Replace("\"", "\"9", StringComparison.Ordinal).TrimEnd('9'))),
        Fault.OfAnswer("etag-strong", "The ETag is not weak.", "answers with a weak ETag", static (_, answer) => answer.Headers.Change("ETag", static tag => tag.Replace("W/", "", StringComparison.Ordinal))),
        Fault.OfAnswer("location-missing", "What was created has no Location.", "answers with a Location", static (_, answer) => answer.Headers.Drop("Location")),
        Fault.OfAnswer("location-other", "The Location is that of another resource.", "answers 201 with a Location", static (_, answer) =>
            answer.Status == 201 && answer.Headers.Change("Location", static location => location.Replace("/_history/", "x/_history/", StringComparison.Ordinal))),
        Fault.OfAnswer("location-without-version", "The Location names no version.", "answers 201 with a Location", static (_, answer) =>
            answer.Status == 201 && answer.Headers.Change("Location", static location => location.Split("/_history/")[0])),
        Fault.OfAnswer("last-modified-missing", "Resources have no Last-Modified.", "answers with Last-Modified", static (_, answer) => answer.Headers.Drop("Last-Modified")),
        Fault.OfAnswer("last-modified-old", "Last-Modified is years ago.", "answers with Last-Modified", static (_, answer) => answer.Headers.Change("Last-Modified", static _ => "Sat, 29 Oct 1994 19:43:31 GMT")),
        Fault.OfAnswer("content-type-missing", "Answers have no Content-Type.", "answers of FHIR with a body", static (request, answer) => request.IsFhir && !answer.Body.IsEmpty && answer.Headers.Drop("Content-Type")),
        Fault.OfAnswer("content-type-plain", "Resources are sent as plain JSON or XML.", "answers with a FHIR media type", static (_, answer) =>
            answer.Headers.Change("Content-Type", static type => type.Replace("application/fhir+", "application/", StringComparison.Ordinal))),
        Fault.OfAnswer("content-type-swapped", "The Content-Type is that of the other format.", "answers with a FHIR media type", static (_, answer) =>
            answer.Headers.Change("Content-Type", static type => type.Contains("fhir+json", StringComparison.Ordinal) ? type.Replace("fhir+json", "fhir+xml", StringComparison.Ordinal) : type.Replace("fhir+xml", "fhir+json", StringComparison.Ordinal))),
        Fault.OfAnswer("body-missing", "Answers have no body.", "answers of FHIR that succeed", static (request, answer) => request.IsFhir && answer.IsSuccess && Empty(answer)),
        Fault.OfAnswer("body-truncated", "Bodies end in the middle.", "answers of FHIR that succeed", static (request, answer) => request.IsFhir && answer.IsSuccess && Truncate(answer)),
        Fault.OfAnswer("error-body-missing", "Errors say nothing.", "errors with a body", static (_, answer) => answer.Status >= 400 && Empty(answer)),
        Fault.OfAnswer("error-as-text", "Errors are told as text.", "errors with an OperationOutcome", static (_, answer) => answer.Status >= 400 && answer.Type == "OperationOutcome" && AsText(answer)),
    ];

    private static Fault Status(string id, int from, int to, string sentence) => Fault.OfAnswer(id, sentence, $"answers {from}", (_, answer) => Change(answer, from, to));

    private static bool Change(ProxiedAnswer answer, int from, int to)
    {
        if (answer.Status != from)
            return false;
        answer.Status = to;
        return true;
    }

    private static bool Empty(ProxiedAnswer answer)
    {
        if (answer.Body.IsEmpty)
            return false;
        answer.Body = default;
        return true;
    }

    private static bool Truncate(ProxiedAnswer answer)
    {
        if (answer.Body.Length < 2)
            return false;
        answer.Body = answer.Body[..(answer.Body.Length / 2)];
        return true;
    }

    private static bool AsText(ProxiedAnswer answer)
    {
        answer.Body = "Something went wrong."u8.ToArray();
        answer.Headers.Set("Content-Type", "text/plain");
        return true;
    }
}
