// What the image service lets a request see and do: the studies of the patients whose ImagingStudies its token grants by the letter that it needs.

using System.Globalization;
using FhirHub.Dicomweb;
using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>Stands before the addresses of the image service.</summary>
public static class ImageAccess
{
    private const string Type = "ImagingStudy";

    private static readonly string[] s_levels = ["studies", "series", "instances"];

    /// <summary>Whether an address is one of the image service; <c>/wado</c> is its old one, outside of its root.</summary>
    public static bool Guards(PathString path) =>
        path.StartsWithSegments(DicomwebService.Root, StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/wado", StringComparison.OrdinalIgnoreCase);

    /// <summary>Lets a request through with its <see cref="ImageScope"/>, or answers 401 or 403.</summary>
    public static async Task HandleAsync(SmartService smart, HttpContext http, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(next);

        // What the service can do is no patient's, as /fhir/metadata is not.
        if (LetterOf(http.Request.Method, http.Request.Path) is not (not AccessLetter.None and var letter))
        {
            await next(http);
            return;
        }

        try
        {
            var scope = await RequestAccess.OfAsync(smart, http);
            if (!Letters(letter).All(needed => scope.IsGranted(Type, needed)))
                throw RequestAccess.Insufficient(http, $"{Type}.{AccessRule.NameOf(letter)}");
            http.Features.Set(ScopeOf(scope, letter));
        }
        catch (StoreBusyException busy)
        {
            if (busy.RetryAfter is { } wait)
                http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await TypedResults.Problem("The store does not answer in time; try again.", statusCode: busy.IsThrottled ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable, extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["requestId"] = http.TraceIdentifier })
                .ExecuteAsync(http);
            return;
        }
        catch (RefusedException refused)
        {
            var detail = refused.Issues[0].Diagnostics;
            await TypedResults.Problem(detail, statusCode: refused.Status, extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["requestId"] = http.TraceIdentifier })
                .ExecuteAsync(http);
            return;
        }

        await next(http);
    }

    /// <summary>
    /// The letters that a request needs (docs/adr/0035-enforcement.md): <c>s</c> to search, <c>r</c> to retrieve, <c>c</c> to store, <c>d</c> to
    /// delete; the change feed does both of the first. None for what the service says of itself.
    /// </summary>
    public static AccessLetter LetterOf(string method, PathString path)
    {
        if (HttpMethods.IsOptions(method))
            return AccessLetter.None;
        if (HttpMethods.IsPost(method))
            return AccessLetter.Create;

        // It replaces what is there.
        if (HttpMethods.IsPut(method))
            return AccessLetter.Create | AccessLetter.Update;
        if (HttpMethods.IsDelete(method))
            return AccessLetter.Delete;
        if (!path.StartsWithSegments(DicomwebService.Root, StringComparison.OrdinalIgnoreCase, out var rest))
            return AccessLetter.Read;
        var parts = (rest.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            [var only] when Is(only, "capabilities") => AccessLetter.None,
            [var first, ..] when Is(first, "changefeed") => AccessLetter.Read | AccessLetter.Search,
            [.., var last] when IsLevel(last) => AccessLetter.Search,
            [.., var level, var last] when IsLevel(level) && Is(last, "count") => AccessLetter.Search,
            _ => AccessLetter.Read,
        };

        static bool Is(string part, string name) => part.Equals(name, StringComparison.OrdinalIgnoreCase);
        static bool IsLevel(string part) => s_levels.Contains(part, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The studies that a scope grants for letters: those that it grants for each of them.</summary>
    public static ImageScope ScopeOf(AccessScope scope, AccessLetter letters)
    {
        ArgumentNullException.ThrowIfNull(scope);
        IReadOnlySet<string>? patients = null;
        foreach (var letter in Letters(letters))
        {
            var filter = scope.FilterFor(Type, letter);
            if (filter is SearchExpression.All)
                continue;
            var granted = PatientsOf(filter);
            patients = patients is null ? granted : patients.Intersect(granted).ToHashSet(StringComparer.Ordinal);
        }

        return patients is null ? ImageScope.Full : ImageScope.Of(patients);
    }

    private static IEnumerable<AccessLetter> Letters(AccessLetter letters) => Enum.GetValues<AccessLetter>().Where(letter => letter != AccessLetter.None && letters.HasFlag(letter));

    // The archive knows whose a study is, and nothing else that a constraint may ask for: what it can't hold a study to grants none.
    private static HashSet<string> PatientsOf(SearchExpression filter) => filter switch
    {
        SearchExpression.Parameter { Definition.Code: "patient", Predicate: ReferencePredicate { Type: "Patient", Id: { } id } } => new(StringComparer.Ordinal) { id },
        SearchExpression.Or or => or.Parts.SelectMany(PatientsOf).ToHashSet(StringComparer.Ordinal),
        SearchExpression.And and => and.Parts.Select(PatientsOf).Aggregate(static (left, right) => left.Intersect(right).ToHashSet(StringComparer.Ordinal)),
        _ => [],
    };
}
