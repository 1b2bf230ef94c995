#include "app/connect.h"
#include "app/session.h"

int main(int argc, char** argv) {
  return rumbo::app::run({argv + 1, argv + argc}, rumbo::app::real_streams(), rumbo::io::real_env(),
                         rumbo::app::connect);
}
