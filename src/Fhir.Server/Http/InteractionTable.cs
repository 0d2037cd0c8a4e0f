// Which interactions run here: the endpoint serves from this table and the CapabilityStatement is written from it, so the one can't
// claim what the other does not do.

namespace FhirHub.Server;

/// <summary>An interaction over HTTP.</summary>
/// <param name="Kind">The form of its address.</param>
/// <param name="Method">The HTTP method; HEAD goes with GET.</param>
/// <param name="Code">Its code in CapabilityStatement.rest (R4 valueset-restful-interaction.html), or null for another form of one.</param>
/// <param name="HandleAsync">Serves it.</param>
public sealed record Interaction(RouteKind Kind, string Method, string? Code, Func<HttpExchange, Task> HandleAsync);

/// <summary>The registered interactions.</summary>
public sealed class InteractionTable
{
    private readonly Interaction?[,] _byKind;
    private readonly List<Interaction> _all;

    /// <summary>A table of interactions.</summary>
    public InteractionTable(IEnumerable<Interaction> interactions)
    {
        _all = [.. interactions];
        _byKind = new Interaction?[Enum.GetValues<RouteKind>().Length, Methods.Length];
        foreach (var interaction in _all)
            _byKind[(int)interaction.Kind, Array.IndexOf(Methods, interaction.Method)] = interaction;
    }

    /// <summary>Every interaction.</summary>
    public IReadOnlyList<Interaction> All => _all;

    /// <summary>Codes of the interactions of those forms of address, each once.</summary>
    public IEnumerable<string> CodesOf(params RouteKind[] kinds) =>
        _all.Where(i => i.Code is not null && kinds.Contains(i.Kind)).Select(i => i.Code!).Distinct();

    /// <summary>The interaction, or null.</summary>
    public Interaction? Find(RouteKind kind, string method)
    {
        var at = IndexOf(method);
        return at < 0 ? null : _byKind[(int)kind, at];
    }

    /// <summary>The methods that an address takes, for <c>Allow</c>.</summary>
    public string Allowed(RouteKind kind)
    {
        var methods = Enumerable.Range(0, Methods.Length).Where(m => _byKind[(int)kind, m] is not null).Select(m => Methods[m]).ToList();
        if (methods.Contains("GET"))
            methods.Add("HEAD");
        methods.Add("OPTIONS");
        return string.Join(", ", methods);
    }

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private static int IndexOf(string method) => method switch
    {
        "GET" or "HEAD" => 0,
        "POST" => 1,
        "PUT" => 2,
        "PATCH" => 3,
        "DELETE" => 4,
        _ => -1,
    };
}
