// Evaluating: pipelines, commands, fields, calls and their arguments.
#include "script/complex.h"
#include "script/executor.h"
#include "script/executor_depth.h"
#include "script/map.h"
#include "script/native.h"

namespace rumbo::script {
namespace {

/// Nodes that evaluate to a value without looking at the type wanted.
bool is_computed(NodeKind kind) {
  switch (kind) {
    case NodeKind::dot:
    case NodeKind::field:
    case NodeKind::variable:
    case NodeKind::pipe:
    case NodeKind::identifier:
    case NodeKind::chain:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool Executor::pipeline(const Operand& dot, const Node& pipe, Operand& out) {
  const Depth depth(session_);
  node_ = &pipe;
  if (!depth.ok()) return fails("", depth.failure());
  const Operand* final = nullptr;
  Operand value;
  for (const Node* each : pipe.nodes) {
    Operand next;
    if (!command(dot, *each, final, next)) return false;
    next.unbox();
    value = std::move(next);
    final = &value;
  }
  for (const Node* declared : pipe.declared) {
    if (!pipe.is_assign) {
      variables_.push_back({declared->slot, value});
    } else if (!set_variable(*declared, value)) {
      return false;
    }
  }
  out = std::move(value);
  return true;
}

bool Executor::not_a_function(Nodes arguments, const Operand* final) {
  if (arguments.size() <= 1 && final == nullptr) return true;
  return fails("can't give argument to non-function " + arguments[0]->print());
}

bool Executor::command(const Operand& dot, const Node& node, const Operand* final, Operand& out) {
  if (!charge(1)) return false;
  const Node& first = *node.nodes[0];
  const Nodes arguments(node.nodes);
  switch (first.kind) {
    case NodeKind::field:
      return field_node(dot, first, arguments, final, out);
    case NodeKind::chain:
      return chain_node(dot, first, arguments, final, out);
    case NodeKind::identifier:
      return function_node(dot, first, node, arguments, final, out);
    case NodeKind::pipe:
      return not_a_function(arguments, final) && pipeline(dot, first, out);
    case NodeKind::variable:
      return variable_node(dot, first, arguments, final, out);
    default:
      break;
  }
  node_ = &first;
  if (!not_a_function(arguments, final)) return false;
  if (first.kind == NodeKind::dot) {
    out = dot;
    return true;
  }
  if (first.kind == NodeKind::nil) return fails("nil is not a command");
  return constant(first, out);
}

/// A literal where nothing says which type it should be.
bool Executor::constant(const Node& node, Operand& out) {
  node_ = &node;
  if (node.kind != NodeKind::number) {
    out = Operand::plain(*node.value);
    return true;
  }
  if (node.number->is_complex) {
    out = Operand::plain(Any::native(make<Complex>(node.number->real, node.number->imaginary)));
    return true;
  }
  if (node.number->constant.is_nil()) return fails(std::string(node.text) + " overflows int");
  out = Operand::plain(node.number->constant);
  return true;
}

bool Executor::field_node(const Operand& dot, const Node& node, Nodes arguments,
                          const Operand* final, Operand& out) {
  node_ = &node;
  return field_chain(dot, dot, node, 0, arguments, final, out);
}

bool Executor::chain_node(const Operand& dot, const Node& node, Nodes arguments,
                          const Operand* final, Operand& out) {
  node_ = &node;
  const Node& inner = *node.nodes[0];
  if (inner.kind == NodeKind::nil) {
    return fails("indirection through explicit nil in " + node.print());
  }
  Operand receiver;
  if (!argument(dot, nullptr, inner, receiver)) return false;
  return field_chain(dot, std::move(receiver), node, 0, arguments, final, out);
}

bool Executor::variable_node(const Operand& dot, const Node& node, Nodes arguments,
                             const Operand* final, Operand& out) {
  node_ = &node;
  if (!variable(node, out)) return false;
  if (node.names.size() == 1) return not_a_function(arguments, final);
  return field_chain(dot, std::move(out), node, 1, arguments, final, out);
}

bool Executor::field_chain(const Operand& dot, Operand receiver, const Node& node,
                           std::size_t first, Nodes arguments, const Operand* final, Operand& out) {
  const std::size_t last = node.names.size() - 1;
  for (std::size_t i = first; i < last; ++i) {
    Operand next;
    if (!field(dot, node.names[i], node, {}, nullptr, receiver, next)) return false;
    receiver = std::move(next);
  }
  return field(dot, node.names[last], node, arguments, final, receiver, out);
}

bool Executor::function_node(const Operand& dot, const Node& node, const Node& command_node,
                             Nodes arguments, const Operand* final, Operand& out) {
  node_ = &node;
  return call(dot, *node.function, nullptr, command_node, node.text, arguments, final, out);
}

bool Executor::field(const Operand& dot, std::string_view name, const Node& node, Nodes arguments,
                     const Operand* final, const Operand& receiver, Operand& out) {
  if (!receiver.valid()) {
    if (session_.missing_key() == MissingKey::error) {
      return fails("nil data; no entry for key \"" + std::string(name) + "\"");
    }
    out = Operand();
    return true;
  }
  if (receiver.nil_interface())
    return fails("nil pointer evaluating interface {}." + std::string(name));
  const Any& value = receiver.value;
  const Type& type = *value.type();
  if (type.method != nullptr) {
    if (const Function* method = type.method(name)) {
      return call(dot, *method, &value, node, name, arguments, final, out);
    }
  }
  const bool has_arguments = arguments.size() > 1 || final != nullptr;
  if (type.kind == Kind::map && type.key == &types::string) {
    if (has_arguments) return fails(std::string(name) + " is not a method but has arguments");
    if (const Map* map = value.map()) {
      if (auto found = map->find(name)) {
        out = Operand::element(std::move(*found), type.element);
        return true;
      }
    }
    switch (session_.missing_key()) {
      case MissingKey::invalid:
        out = Operand();
        break;
      case MissingKey::zero:
        out = Operand::element(zero_of(*type.element), type.element);
        break;
      case MissingKey::error:
        return fails("map has no entry for key \"" + std::string(name) + "\"");
    }
    return true;
  }
  if (const Native* native = value.native()) {
    if (auto found = native->field(name)) {
      if (has_arguments) {
        return fails(std::string(name) + " has arguments but cannot be invoked as function");
      }
      out = found->is_nil() ? Operand::boxed(Any()) : Operand::plain(std::move(*found));
      return true;
    }
    if (native->unexported(name)) {
      return fails(std::string(name) + " is an unexported field of struct type " +
                   std::string(receiver.type_name()));
    }
  } else if (type.kind == Kind::pointer) {
    return fails("nil pointer evaluating " + std::string(receiver.type_name()) + "." +
                 std::string(name));
  }
  return fails("can't evaluate field " + std::string(name) + " in type " +
               std::string(receiver.type_name()));
}

bool Executor::count_arguments(const Function& function, std::string_view name, Nodes arguments,
                               bool has_final) {
  const std::size_t given = arguments.size() + (has_final ? 1 : 0);
  const std::size_t wanted = function.parameters.size();
  if (function.variadic) {
    if (given + 1 >= wanted) return true;
    return fails("wrong number of args for " + std::string(name) + ": want at least " +
                 std::to_string(wanted - 1) + " got " + std::to_string(arguments.size()));
  }
  if (given == wanted) return true;
  return fails("wrong number of args for " + std::string(name) + ": want " +
               std::to_string(wanted) + " got " + std::to_string(given));
}

bool Executor::short_circuit(const Operand& dot, const Function& function, Nodes arguments,
                             const Operand* final, Operand& out) {
  const bool stop_at = function.special == Function::Special::logical_or;
  for (const Node* each : arguments) {
    if (!argument(dot, &types::reflected, *each, out)) return false;
    if ((out.valid() && truth(out.value)) == stop_at) return true;
  }
  if (final != nullptr) out = *final;
  return true;
}

bool Executor::collect_arguments(const Operand& dot, const Function& function, Nodes arguments,
                                 const Operand* final, std::vector<Any>& out) {
  const auto& parameters = function.parameters;
  const auto wanted = [&](std::size_t i) { return parameters[std::min(i, parameters.size() - 1)]; };
  out.reserve(arguments.size() + 1);
  for (const Node* each : arguments) {
    const Type& type = *wanted(out.size());
    Operand value;
    if (!argument(dot, &type, *each, value)) return false;
    out.push_back(passed(value, type));
  }
  if (final != nullptr) {
    const Type& type = *wanted(out.size());
    Operand value = *final;
    if (!validate(value, type)) return false;
    out.push_back(passed(value, type));
  }
  return true;
}

bool Executor::call(const Operand& dot, const Function& function, const Any* receiver,
                    const Node& node, std::string_view name, Nodes arguments, const Operand* final,
                    Operand& out) {
  if (!arguments.empty()) arguments = arguments.subspan(1);
  if (!count_arguments(function, name, arguments, final != nullptr)) return false;
  using Special = Function::Special;
  if (function.special == Special::logical_and || function.special == Special::logical_or) {
    return short_circuit(dot, function, arguments, final, out);
  }
  std::vector<Any> values;
  if (!collect_arguments(dot, function, arguments, final, values)) return false;
  if (function.special == Special::call) {
    values.insert(values.begin(), Any(arguments.empty() ? std::string() : arguments[0]->print()));
  }
  Call request{session_, templates_, function, values, receiver, {}};
  if (function.random) request.place = locate(node);
  const Any keep = receiver != nullptr ? *receiver : Any();
  if (receiver != nullptr) request.receiver = &keep;
  auto result = function.body(request);
  if (!result) {
    node_ = &node;
    return fails("error calling " + std::string(name) + ": ", std::move(result).error());
  }
  if (result->is_nil() || is_nil_interface(*result)) {
    out = Operand::boxed(Any());
  } else {
    out = Operand::plain(std::move(*result));
  }
  return true;
}

bool Executor::argument(const Operand& dot, const Type* type, const Node& node, Operand& out) {
  node_ = &node;
  switch (node.kind) {
    case NodeKind::dot:
      out = dot;
      break;
    case NodeKind::nil:
      if (type == nullptr || !can_be_nil(*type)) {
        return fails("cannot assign nil to " + std::string(type ? type->name : "nil"));
      }
      out = Operand();
      break;
    case NodeKind::field:
      if (!field_node(dot, node, {}, nullptr, out)) return false;
      break;
    case NodeKind::variable:
      if (!variable_node(dot, node, {}, nullptr, out)) return false;
      break;
    case NodeKind::pipe:
      if (!pipeline(dot, node, out)) return false;
      break;
    case NodeKind::identifier:
      if (!function_node(dot, node, node, {}, nullptr, out)) return false;
      break;
    case NodeKind::chain:
      if (!chain_node(dot, node, {}, nullptr, out)) return false;
      break;
    default:
      break;
  }
  if (is_computed(node.kind) || node.kind == NodeKind::nil) {
    return type == nullptr || validate(out, *type);
  }
  return literal(type == nullptr ? types::any : *type, node, out);
}

bool Executor::literal(const Type& type, const Node& node, Operand& out) {
  const Number* number = node.kind == NodeKind::number ? node.number : nullptr;
  const auto expected = [&](std::string_view what) {
    return fails("expected " + std::string(what) + "; found " + node.print());
  };
  if (type.kind == Kind::interface || &type == &types::reflected) return constant(node, out);
  if (type.kind == Kind::boolean) {
    if (node.kind != NodeKind::boolean) return expected("bool");
    out = Operand::plain(*node.value);
  } else if (type.kind == Kind::string) {
    if (node.kind != NodeKind::string) return expected("string");
    out = Operand::plain(*node.value);
  } else if (is_signed(type.kind)) {
    if (number == nullptr || !number->is_int) return expected("integer");
    out = Operand::plain(Any::typed(type, Value(number->int64)));
  } else if (is_unsigned(type.kind)) {
    if (number == nullptr || !number->is_uint) return expected("unsigned integer");
    out = Operand::plain(Any::typed(type, Value(number->uint64)));
  } else if (is_float(type.kind)) {
    if (number == nullptr || !number->is_float) return expected("float");
    out = Operand::plain(Any::typed(type, Value(number->float64)));
  } else {
    return fails("can't handle " + node.print() + " for arg of type " + std::string(type.name));
  }
  return true;
}

bool Executor::validate(Operand& value, const Type& type) {
  if (&type == &types::reflected) return true;
  if (!value.valid()) {
    if (can_be_nil(type)) {
      value = Operand::plain(zero_of(type));
      return true;
    }
    return fails("invalid value; expected " + std::string(type.name));
  }
  if (type.kind == Kind::interface) return true;
  if (value.nil_interface() || !assignable(*value.value.type(), type)) {
    const std::string_view got = value.nil_interface() ? types::any.name : value.value.type_name();
    return fails("wrong type for value; expected " + std::string(type.name) + "; got " +
                 std::string(got));
  }
  if (value.value.type() != &type) value.value = value.value.as_type(type);
  return true;
}

Any Executor::passed(const Operand& value, const Type& type) const {
  if (&type == &types::reflected && value.nil_interface()) return nil_interface();
  return value.valid() ? value.value : Any();
}

}  // namespace rumbo::script
