// The Prefer header (R4 http.html#ops, search.html#errors; RFC 7240).

namespace FhirHub.Server;

/// <summary><c>Prefer: return=</c>.</summary>
public enum ReturnPreference
{
    /// <summary>Nothing was said: the resource is returned.</summary>
    Unstated,

    /// <summary>No body.</summary>
    Minimal,

    /// <summary>The resource as stored.</summary>
    Representation,

    /// <summary>An OperationOutcome with what there is to say.</summary>
    OperationOutcome,
}

/// <summary>What a client prefers.</summary>
/// <param name="Return">What to return for a write.</param>
/// <param name="IsLenient"><c>handling=lenient</c>: unknown search parameters are ignored.</param>
public readonly record struct Preferences(ReturnPreference Return, bool IsLenient)
{
    /// <summary>Reads the header; what is unknown is ignored, as RFC 7240 wants it.</summary>
    public static Preferences Parse(string? prefer)
    {
        var result = default(Preferences);
        if (string.IsNullOrEmpty(prefer) || prefer.Length > 1024)
            return result;
        foreach (var range in prefer.AsSpan().SplitAny(',', ';'))
        {
            var preference = prefer.AsSpan(range).Trim();
            var equals = preference.IndexOf('=');
            if (equals < 0)
                continue;
            var name = preference[..equals].TrimEnd();
            var value = preference[(equals + 1)..].Trim().Trim('"');
            if (name.Equals("return", StringComparison.OrdinalIgnoreCase) && result.Return == ReturnPreference.Unstated)
            {
                if (value.Equals("minimal", StringComparison.OrdinalIgnoreCase))
                    result = result with { Return = ReturnPreference.Minimal };
                else if (value.Equals("representation", StringComparison.OrdinalIgnoreCase))
                    result = result with { Return = ReturnPreference.Representation };
                else if (value.Equals("OperationOutcome", StringComparison.OrdinalIgnoreCase))
                    result = result with { Return = ReturnPreference.OperationOutcome };
            }
            else if (name.Equals("handling", StringComparison.OrdinalIgnoreCase))
            {
                result = result with { IsLenient = value.Equals("lenient", StringComparison.OrdinalIgnoreCase) };
            }
        }

        return result;
    }
}
