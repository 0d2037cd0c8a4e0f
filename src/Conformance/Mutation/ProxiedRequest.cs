// A request on its way through the proxy, and what it asks for.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>What kind of request it is (R4 http.html#summary, PS3.18 8).</summary>
internal enum Interaction
{
    Other,
    Read,
    VersionRead,
    Create,
    Update,
    Patch,
    Delete,
    Search,
    History,
    Bundle,
    Capabilities,
    Operation,
    Stow,
    Qido,
    Wado,
}

/// <summary>A request that faults may change.</summary>
internal sealed class ProxiedRequest
{
    public ProxiedRequest(string method, string target, HeaderFields headers, ReadOnlyMemory<byte> body, string fhirPath, string? dicomwebPath)
    {
        Method = method;
        var at = target.IndexOf('?', StringComparison.Ordinal);
        Path = at < 0 ? target : target[..at];
        Query = at < 0 ? [] : [.. target[(at + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries)];
        Headers = headers;
        Body = body;
        (Interaction, Segments) = Classify(method, Path, fhirPath, dicomwebPath);
    }

    private ProxiedRequest(ProxiedRequest other)
    {
        Method = other.Method;
        Path = other.Path;
        Query = [.. other.Query];
        Headers = new HeaderFields(other.Headers);
        Body = other.Body;
        Interaction = other.Interaction;
        Segments = other.Segments;
        Token = other.Token;
    }

    public string Method { get; set; }

    /// <summary>The path as it came.</summary>
    public string Path { get; set; }

    /// <summary>The parts of the query, each <c>name=value</c> as it came.</summary>
    public List<string> Query { get; }

    public HeaderFields Headers { get; }

    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>What it asks for, as it came.</summary>
    public Interaction Interaction { get; }

    /// <summary>The path below the base of its service, as it came.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>The access token of destination 1, which may do most.</summary>
    public string? Token { get; init; }

    public string Target => Query.Count == 0 ? Path : $"{Path}?{string.Join('&', Query)}";

    /// <summary>True for a request to the FHIR base.</summary>
    public bool IsFhir => Interaction is not (Interaction.Other or Interaction.Stow or Interaction.Qido or Interaction.Wado);

    /// <summary>True for a request to the DICOMweb root.</summary>
    public bool IsDicom => Interaction is Interaction.Stow or Interaction.Qido or Interaction.Wado;

    /// <summary>The operation without <c>$</c>; empty if it is none.</summary>
    public string Operation => Interaction == Interaction.Operation ? Segments.Last(static segment => segment.StartsWith('$'))[1..] : "";

    public ProxiedRequest Copy() => new(this);

    /// <summary>Takes away parameters of the query, or of the form of a search by POST; false if there are none such.</summary>
    public bool DropParameters(Func<string, bool> isDropped) =>
        ChangeParameters(parameters => parameters.RemoveAll(parameter => isDropped(NameOf(parameter))) > 0);

    /// <summary>Changes the parameters of the query, or of the form of a search by POST.</summary>
    public bool ChangeParameters(Func<List<string>, bool> change)
    {
        var isChanged = change(Query);
        if (!(Headers.Find("Content-Type") ?? "").StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return isChanged;
        List<string> form = [.. System.Text.Encoding.UTF8.GetString(Body.Span).Split('&', StringSplitOptions.RemoveEmptyEntries)];
        if (!change(form))
            return isChanged;
        Body = System.Text.Encoding.UTF8.GetBytes(string.Join('&', form));
        return true;
    }

    public static string NameOf(string parameter) => Uri.UnescapeDataString(parameter.Split('=')[0]);

    private static (Interaction Interaction, string[] Segments) Classify(string method, string path, string fhirPath, string? dicomwebPath)
    {
        if (Below(path, fhirPath) is { } fhir)
            return (ClassifyFhir(method, fhir), fhir);
        if (dicomwebPath is not null && Below(path, dicomwebPath) is { } dicom)
            return (method == "POST" ? Interaction.Stow : method == "GET" ? ClassifyDicom(dicom) : Interaction.Other, dicom);
        return (Interaction.Other, path.Split('/', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string[]? Below(string path, string root) =>
        path == root || path.StartsWith(root + "/", StringComparison.Ordinal) ? path[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries) : null;

    private static Interaction ClassifyFhir(string method, string[] path)
    {
        if (path is [".well-known", ..])
            return Interaction.Other;
        if (path.Any(static segment => segment.StartsWith('$')))
            return Interaction.Operation;
        return (method, path) switch
        {
            ("GET", ["metadata"]) => Interaction.Capabilities,
            ("GET", [.., "_history"]) => Interaction.History,
            ("GET", [_, _, "_history", _]) => Interaction.VersionRead,
            ("POST", [.., "_search"]) => Interaction.Search,
            ("POST", []) => Interaction.Bundle,
            ("POST", [_]) => Interaction.Create,
            ("PUT", _) => Interaction.Update,
            ("PATCH", _) => Interaction.Patch,
            ("DELETE", _) => Interaction.Delete,
            ("GET" or "HEAD", [var type, _]) when Schema.R4.FindType(type) is { IsResource: true } => Interaction.Read,
            ("GET", [] or [_] or [_, _, _]) => Interaction.Search,
            _ => Interaction.Read,
        };
    }

    private static Interaction ClassifyDicom(string[] path) => path is ["studies"] or ["series"] or ["instances"] or ["studies", _, "series"] or ["studies", _, "instances"] or ["studies", _, "series", _, "instances"]
        ? Interaction.Qido
        : Interaction.Wado;
}
