// Walks over all states that a model can be in, in the order of their distance from the first one, and stops at the first that breaks a rule.

namespace FhirHub.Storage.Tests.Cosmos.Model;

/// <summary>What leads from one state to another.</summary>
/// <param name="Actor">Who does it.</param>
/// <param name="Action">What it does.</param>
internal readonly record struct Move(string Actor, string Action);

/// <summary>What a walk found.</summary>
/// <param name="States">Number of different states.</param>
/// <param name="Depth">Number of moves to the state that is farthest away.</param>
/// <param name="Violation">The rule that is broken; null for none.</param>
/// <param name="Trace">The shortest way to where it is broken, one move a line.</param>
internal sealed record Exploration(int States, int Depth, string? Violation, IReadOnlyList<string> Trace)
{
    public override string ToString() =>
        Violation is null ? $"{States} states, {Depth} moves deep" : $"{Violation}\n{string.Join('\n', Trace)}\n({States} states)";
}

/// <summary>A breadth-first walk. States are plain values without padding; two are the same if their bytes are.</summary>
/// <param name="next">Adds every move that a state allows, and where it leads.</param>
/// <param name="violation">The rule that a state breaks, or null.</param>
internal sealed class StateExplorer<TState>(StateExplorer<TState>.Successors next, StateExplorer<TState>.Rule violation)
    where TState : unmanaged
{
    public delegate void Successors(in TState state, List<(Move Move, TState State)> found);

    public delegate string? Rule(in TState state);

    // States are known by 128 bits of hash: two of two million share one with a chance of about 10^-26.
    private readonly Dictionary<UInt128, int> _known = [];
    private readonly List<int> _parents = [];

    /// <summary>Walks until all states are known or one breaks a rule.</summary>
    /// <exception cref="InvalidOperationException">There are more states than allowed.</exception>
    public Exploration Explore(in TState initial, int statesAtMost)
    {
        var (level, following) = (new List<(int Number, TState State)>(), new List<(int Number, TState State)>());
        var found = new List<(Move Move, TState State)>();
        Add(initial, parent: -1, level);
        if (violation(initial) is { } first)
            return new Exploration(1, 0, first, []);

        for (var depth = 0; ; depth++)
        {
            foreach (var (number, state) in level)
            {
                found.Clear();
                next(state, found);
                foreach (var (_, reached) in found)
                {
                    if (!Add(reached, number, following))
                        continue;
                    if (violation(reached) is { } broken)
                        return new Exploration(_parents.Count, depth + 1, broken, Trace(initial, _parents.Count - 1));
                    if (_parents.Count > statesAtMost)
                        throw new InvalidOperationException($"The model has more than {statesAtMost} states.");
                }
            }

            if (following.Count == 0)
                return new Exploration(_parents.Count, depth, null, []);
            (level, following) = (following, level);
            following.Clear();
        }
    }

    private bool Add(in TState state, int parent, List<(int Number, TState State)> level)
    {
        if (!_known.TryAdd(StateHash.Of(state), _parents.Count))
            return false;
        level.Add((_parents.Count, state));
        _parents.Add(parent);
        return true;
    }

    // Only the numbers of states are kept, so the way is walked once more from its start.
    private List<string> Trace(in TState initial, int last)
    {
        var way = new Stack<int>();
        for (var number = last; number > 0; number = _parents[number])
            way.Push(number);
        var (state, trace) = (initial, new List<string>());
        foreach (var number in way)
        {
            var found = new List<(Move Move, TState State)>();
            next(state, found);
            (var move, state) = found.Find(candidate => _known[StateHash.Of(candidate.State)] == number);
            trace.Add($"{trace.Count + 1,3}. {move.Actor} {move.Action}");
        }

        return trace;
    }
}
