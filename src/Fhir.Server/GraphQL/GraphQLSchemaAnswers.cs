// Answers to queries about the schema alone. The one by which tools load it whole has 15 MB, takes seconds to make, and changes only with
// the search parameters.

using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using FhirHub.Search;

namespace FhirHub.Server.GraphQL;

/// <summary>Keeps the last answers under one state of the search parameters, within a bound.</summary>
internal sealed class GraphQLSchemaAnswers
{
    private const long MaxBytes = 64 * 1024 * 1024;
    private const int MaxVariables = 4096;

    // With a state of the search parameters that nobody uses any more its answers go.
    private static readonly ConditionalWeakTable<SearchParameterRegistry, GraphQLSchemaAnswers> ByState = [];

    private readonly Lock _lock = new();
    private readonly List<(string Key, ReadOnlyMemory<byte> Json)> _answers = [];

    /// <summary>The answers under a state of the search parameters.</summary>
    public static GraphQLSchemaAnswers Of(SearchParameterRegistry state) => ByState.GetValue(state, static _ => new GraphQLSchemaAnswers());

    /// <summary>What the request is known by; null if it can't be about the schema alone.</summary>
    public static string? KeyOf(GraphQLRequest request)
    {
        var isSmall = request.Query.Length <= GraphQLParser.MaxLength && !(request.Variables?.GetRawText().Length > MaxVariables);
        return isSmall && request.Query.Contains("__", StringComparison.Ordinal)
            ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.OperationName}\n{request.Variables?.GetRawText()}\n{request.Query}")))
            : null;
    }

    /// <summary>The answer, if it is known.</summary>
    public ReadOnlyMemory<byte>? Find(string key)
    {
        lock (_lock)
        {
            var at = _answers.FindIndex(a => a.Key == key);
            if (at < 0)
                return null;
            var known = _answers[at];
            _answers.RemoveAt(at);
            _answers.Add(known);
            return known.Json;
        }
    }

    /// <summary>Keeps an answer; those that were not asked for longest go.</summary>
    public void Keep(string key, ReadOnlyMemory<byte> json)
    {
        lock (_lock)
        {
            _answers.RemoveAll(a => a.Key == key);

            // The writer's buffer may be twice as long as what is in it.
            _answers.Add((key, json.ToArray()));
            while (_answers.Sum(a => (long)a.Json.Length) > MaxBytes)
                _answers.RemoveAt(0);
        }
    }
}
