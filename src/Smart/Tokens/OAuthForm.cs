// The parameters of a request to the token endpoint or one like it: a form in the body, small, and each name once (RFC 6749, 3.2).

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FhirHub.Smart;

/// <summary>The parameters of a request.</summary>
internal sealed class OAuthForm
{
    private const int MostBytes = 64 * 1024;

    private static readonly FormOptions s_limits = new() { KeyLengthLimit = 128, ValueLengthLimit = 16 * 1024, ValueCountLimit = 32, BufferBodyLengthLimit = MostBytes };

    private readonly IFormCollection _values;

    private OAuthForm(IFormCollection values) => _values = values;

    /// <summary>A parameter; null if it is not there or empty, which is the same (RFC 6749, 3.2).</summary>
    public string? this[string name] => _values.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>Reads the parameters.</summary>
    /// <exception cref="OAuthException">They can't be read.</exception>
    public static async Task<OAuthForm> ReadAsync(HttpContext http)
    {
        if (http.Request.QueryString.HasValue)
            throw OAuthException.InvalidRequest("Send the parameters in the body: addresses are kept in logs and histories.");
        if (http.Request.ContentType is not { } type || !type.Split(';')[0].Trim().Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            throw OAuthException.InvalidRequest("Send a body of type application/x-www-form-urlencoded.");
        if (http.Request.ContentLength > MostBytes)
            throw new OAuthException("invalid_request", "The parameters are too long.") { Status = StatusCodes.Status413PayloadTooLarge };
        IFormCollection values;
        try
        {
            values = await http.Request.ReadFormAsync(s_limits, http.RequestAborted);
        }
        catch (InvalidDataException)
        {
            throw OAuthException.InvalidRequest("The body is no form, or its parameters are too many or too long.");
        }

        foreach (var (_, value) in values)
        {
            if (value.Count > 1)
                throw OAuthException.InvalidRequest("A parameter is there more than once; send each once.");
        }

        return new OAuthForm(values);
    }

    /// <summary>A parameter that must be there.</summary>
    /// <exception cref="OAuthException">It is not.</exception>
    public string Need(string name) => this[name] ?? throw OAuthException.InvalidRequest($"The parameter '{name}' is missing.");
}
