// The steps of a path program: what most search expressions come down to, run over the node table without collections between.

using FhirHub.Model;

namespace FhirHub.Search;

/// <summary>A step: takes an element and hands what it leads to on to the next one.</summary>
internal abstract class PathStep
{
    /// <summary>Goes on from the element.</summary>
    public abstract void Run(ElementNode node, List<ElementNode> found);

    /// <summary>The end: the element is found.</summary>
    public sealed class Found : PathStep
    {
        public static readonly Found Instance = new();

        public override void Run(ElementNode node, List<ElementNode> found) => found.Add(node);
    }

    /// <summary>Children by name; the element definition is looked up once per type that comes by.</summary>
    public sealed class Member(string name, PathStep next) : PathStep
    {
        private (TypeDefinition Type, ElementDefinition? Element)? _last;

        public override void Run(ElementNode node, List<ElementNode> found)
        {
            if (_last is not { } last || !ReferenceEquals(last.Type, node.Type))
                _last = last = (node.Type, node.Type.FindElement(name));
            if (last.Element is null)
                return;
            foreach (var child in node.ChildrenOf(last.Element))
                next.Run(child, found);
        }
    }

    /// <summary>Goes on if the element is of the type (<c>as</c>, <c>ofType</c>): exactly of it if it is primitive, as the official suite has it.</summary>
    public sealed class OfType(TypeDefinition type, PathStep next) : PathStep
    {
        public override void Run(ElementNode node, List<ElementNode> found)
        {
            if (type.IsPrimitive ? ReferenceEquals(node.Type, type) : node.Type.Is(type))
                next.Run(node, found);
        }
    }

    /// <summary>Both ways (<c>|</c>). Duplicates go when entries are compared.</summary>
    public sealed class Union(PathStep left, PathStep right) : PathStep
    {
        public override void Run(ElementNode node, List<ElementNode> found)
        {
            left.Run(node, found);
            right.Run(node, found);
        }
    }

    /// <summary>The resource that holds the element (<c>%resource</c>).</summary>
    public sealed class Resource(PathStep next) : PathStep
    {
        public override void Run(ElementNode node, List<ElementNode> found) => next.Run(node.Resource, found);
    }

    /// <summary>One of what another path finds (<c>entry[0]</c>).</summary>
    public sealed class Index(PathStep path, int index, PathStep next) : PathStep
    {
        public override void Run(ElementNode node, List<ElementNode> found)
        {
            var all = new List<ElementNode>();
            path.Run(node, all);
            if (index < all.Count)
                next.Run(all[index], found);
        }
    }

    /// <summary>Goes on if a child has that value (<c>where(system = 'phone')</c>).</summary>
    public sealed class WhereEquals(string name, byte[] value, PathStep next) : PathStep
    {
        public override void Run(ElementNode node, List<ElementNode> found)
        {
            foreach (var child in node.ChildrenOf(name))
            {
                if (child.ValueEquals(value))
                {
                    next.Run(node, found);
                    return;
                }
            }
        }
    }

    /// <summary>Goes on if a reference leads to the type (<c>where(resolve() is Patient)</c>), which its literal, type or contained target tells.</summary>
    public sealed class WhereTarget(TypeDefinition type, PathStep next) : PathStep
    {
        public override void Run(ElementNode node, List<ElementNode> found)
        {
            if (ReferenceTarget.TypeOf(node, out var target) ? target!.Is(type) : ReferenceTarget.IsIdentifierOnly(node))
                next.Run(node, found);
        }
    }

    /// <summary>Extensions of a URL (<c>extension('…')</c>).</summary>
    public sealed class Extension(byte[] url, PathStep next) : PathStep
    {
        public override void Run(ElementNode node, List<ElementNode> found)
        {
            foreach (var extension in node.ChildrenOf("extension"))
            {
                if (extension.Child("url") is { Exists: true } actual && actual.ValueEquals(url))
                    next.Run(extension, found);
            }
        }
    }
}
