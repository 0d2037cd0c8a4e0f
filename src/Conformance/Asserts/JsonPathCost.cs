// What a JSONPath can cost, before it is evaluated: Newtonsoft.Json evaluates one to the end, however long that takes.

namespace FhirHub.Conformance;

/// <summary>
/// Estimates from above how many places an evaluation looks at. A descent (<c>..</c>) visits the places below each one it starts from, so each further
/// one counts as often as the document is deep; what is in a filter is evaluated for each place, from the root too if it begins with <c>$</c>;
/// a union that names a property twice finds it twice.
/// </summary>
internal static class JsonPathCost
{
    /// <summary>The greatest estimate with which a path is evaluated: some seconds.</summary>
    public const double Most = 200_000_000;

    /// <summary>The number of places.</summary>
    /// <param name="path">The path.</param>
    /// <param name="tokens">The values and properties of the document.</param>
    /// <param name="depth">How deep they are nested.</param>
    public static double Estimate(string path, int tokens, int depth)
    {
        double cost = tokens;
        var (descents, sweepsInFilter, filterDepth) = (0, 0, 0);
        var isInFilter = new Stack<bool>();
        var members = new Stack<int>();
        for (var i = 0; i < path.Length; i++)
        {
            switch (path[i])
            {
                case '\'' or '"' or '/' when path[i] != '/' || filterDepth > 0:
                    i = EndOfQuoted(path, i);
                    break;
                case '[':
                    isInFilter.Push(Follows(path, i + 1, '?'));
                    members.Push(1);
                    if (isInFilter.Peek())
                    {
                        // A filter in a filter starts at each place that the outer one looks at.
                        cost *= filterDepth > 0 ? depth : 1;
                        filterDepth++;
                        sweepsInFilter = 0;
                    }

                    break;
                case ']' when isInFilter.Count > 0:
                    cost *= members.Pop();
                    if (isInFilter.Pop())
                        filterDepth--;
                    break;
                case ',' when members.Count > 0:
                    members.Push(members.Pop() + 1);
                    break;
                case '.' when Follows(path, i + 1, '.'):
                    i++;
                    if (filterDepth > 0)
                        cost *= sweepsInFilter++ == 0 ? depth : tokens;
                    else if (descents++ > 0)
                        cost *= depth;
                    break;
                case '*' when filterDepth > 0:
                    cost *= sweepsInFilter++ == 0 ? depth : tokens;
                    break;
                case '$' when filterDepth > 0:
                    cost *= tokens;
                    break;
            }
        }

        return cost;
    }

    private static bool Follows(string path, int at, char wanted)
    {
        while (at < path.Length && path[at] == ' ')
            at++;
        return at < path.Length && path[at] == wanted;
    }

    private static int EndOfQuoted(string path, int start)
    {
        for (var i = start + 1; i < path.Length; i++)
        {
            if (path[i] == '\\')
                i++;
            else if (path[i] == path[start])
                return i;
        }

        return path.Length;
    }
}
