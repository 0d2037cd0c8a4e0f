// What a proxy remembers of a script's resources, so that it can answer as a server that forgets or does not forget.

namespace FhirHub.Conformance;

/// <summary>Answers of one script that were seen first.</summary>
internal sealed class ProxyMemory
{
    private const int MaxAnswers = 1000;

    private readonly Dictionary<string, ProxiedAnswer> _first = new(StringComparer.Ordinal);

    /// <summary>The first whole resource that was seen at a path, in the same format; null if none was.</summary>
    public ProxiedAnswer? FirstAt(string path, string? contentType) =>
        _first.GetValueOrDefault(path) is { } answer && answer.Headers.Find("Content-Type") == contentType ? answer : null;

    /// <summary>The first whole resource that was seen at a path.</summary>
    public ProxiedAnswer? FirstAt(string path) => _first.GetValueOrDefault(path);

    /// <summary>Keeps an answer if it is the first with a whole resource of its path.</summary>
    public void Keep(ProxiedRequest request, ProxiedAnswer answer)
    {
        if (answer is not { IsSuccess: true, Json: { } json } || answer.Type is null or "OperationOutcome" or "Bundle" || json.Text("id") is not { } id || _first.Count >= MaxAnswers)
            return;
        var path = request.Interaction switch
        {
            Interaction.Read or Interaction.Update or Interaction.Patch when request.Segments.Count == 2 && request.Query.Count == 0 => request.Path,
            Interaction.Create => $"{request.Path}/{id}",
            _ => null,
        };
        if (path is not null)
            _first.TryAdd(path, answer);
    }
}
